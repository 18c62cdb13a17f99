"""The same work done by other libraries, each as its users would write it."""
