"""The tools of the plugin: each turns parameters into messages for Dify."""
