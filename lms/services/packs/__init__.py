"""Evidence packs for an accreditor: one signed archive with a manifest of hashes."""
