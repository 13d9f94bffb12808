"""`make bench`: the plugin beside plain programs that do the same work, against one local kintone."""
