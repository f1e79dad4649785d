"""What the policies about quality share: names of conversations, who may do what, forms."""
