"""What Flow Centre is made of that others wrote: its licences, its bill of materials, and what is known against it."""
