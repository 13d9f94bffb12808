"""The provider: the credential that Dify stores for a kintone site, and its check."""
