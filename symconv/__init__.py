"""symconv derives, proves and checks convolution and pooling."""
__version__ = "0.1.0"
