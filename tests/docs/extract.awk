# Makes a C++ source of the examples in documents: the blocks that begin with ```cpp in Markdown, or in the /// comments of
# headers. Called as: awk -f extract.awk FILE... (paths from the root).
#
# The blocks of one file form one program, which GoogleTest runs as Examples.<FILE>. A block of declarations (it begins with
# a class, a template, a function ...) is put at namespace scope; a block of statements becomes a function, called in order.

function is_declaration(line) {
    return line ~ /^(class|struct|enum|template|namespace|using|inline|constexpr|int main)/ ||
           line ~ /^[A-Za-z_:<>]+&? [A-Za-z_]+\(.*\) (const )?\{$/
}

function finish_block(   i, scope) {
    inside = 0
    if (size == 0) return
    ++blocks
    scope = "statements"
    for (i = 1; i <= size; ++i) {
        if (block[i] ~ /^#include/) { includes[block[i]] = 1; block[i] = ""; continue }
        if (block[i] ~ /^ *(\/\/.*)?$/) continue
        if (is_declaration(block[i])) scope = "declarations"
        break
    }
    if (scope == "statements") text = text "void block_" blocks "() {\n"
    for (i = 1; i <= size; ++i) {
        if (block[i] ~ /^#include/) { includes[block[i]] = 1; block[i] = "" }
        if (sub(/^int main\(\)/, "void program()", block[i])) calls = calls "  program();\n"
        text = text block[i] "\n"
    }
    if (scope == "statements") { text = text "}\n"; calls = calls "  block_" blocks "();\n" }
}

function finish_file(   name) {
    if (inside) { printf "extract.awk: %s: a block has no end\n", file > "/dev/stderr"; failed = 1; exit 1 }
    if (text == "") return
    name = file
    gsub(/[^A-Za-z0-9]/, "_", name)
    programs = programs "\nnamespace " name " {\nusing namespace tinytorch;\n\n" text "\nvoid run() {\n" calls "}\n}  // namespace " name \
               "\n\nTEST(Examples, " name ") { EXPECT_NO_THROW(" name "::run()); }\n"
    text = calls = ""
    blocks = 0
}

FNR == 1 {
    finish_file()
    file = FILENAME
    if (index(file, root "/") == 1) file = substr(file, length(root) + 2)
}
{
    line = $0
    if (file ~ /\.h$/) {
        if (line !~ /^ *\/\/\//) next
        sub(/^ *\/\/\/ ?/, "", line)
    }
}
!inside && line ~ /^```cpp *$/ { inside = 1; size = 0; next }
inside && line ~ /^```/ { finish_block(); next }
inside { block[++size] = line }

END {
    if (failed) exit 1
    finish_file()
    print "// Made by extract.awk of the documents' examples.\n#include <tinytorch/tinytorch.h>\n\n#include <gtest/gtest.h>\n\n#include <filesystem>\n#include <iostream>"
    # An example need not use what it shows.
    print "#pragma GCC diagnostic ignored \"-Wunused-variable\"\n#pragma GCC diagnostic ignored \"-Wunused-but-set-variable\""
    for (include in includes) print include
    print programs
}
