"""Tasks of an agent: transcripts of calls, which are played against the plugin's process."""
