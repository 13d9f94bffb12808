"""The demo: a real plugin process against a local kintone, or against a site of yours, shown as a user sees it."""
