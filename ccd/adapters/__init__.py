"""Every contact with the outside. Adapters turn what they hear into inputs, and perform effects."""
