"""What the product is compared with: the same work, written plainly with other well-known parts."""
