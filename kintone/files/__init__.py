"""Files: uploading, downloading, their names and where records keep them."""
