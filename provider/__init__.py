"""The provider: what Dify stores about a kintone site, and proving it."""
