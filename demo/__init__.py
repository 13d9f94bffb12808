"""The demo: a real plugin process with a local kintone or with your own kintone site, shown as a user sees it."""
