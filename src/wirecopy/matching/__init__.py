"""What is compared when articles are searched, the same in the archive and in the published site: which texts of an
article (texts), what of them, in every script (folding), which Chinese characters are one another's forms (hanzi).
"""
