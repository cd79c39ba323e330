# Writes each ```cpp block of a document into a file of its own, block_1.inc, block_2.inc ... of `directory`, and their
# number into blocks.txt.
inside && /^ *```/ { inside = 0; close(file); next }
inside { print substr($0, indent + 1) > file; next }
/^ *```cpp *$/ {
    inside = 1
    indent = match($0, /`/) - 1
    file = directory "/block_" ++blocks ".inc"
    printf "" > file
}
END {
    if (inside) { print "blocks.awk: a block has no end" > "/dev/stderr"; exit 1 }
    print blocks + 0 > (directory "/blocks.txt")
}
