# Makes a C++ source that lists each function of the ops' headers and each constructor of a public class in nn with its
# parameters, and each structure with its members, for hostile_test.cpp. Called as: awk -f declarations.awk FILE... (paths from the root).
#
# Understands the layout that clang-format gives these headers: functions are declared from the first column, constructors
# from the third.

# The position of the bracket that closes the one at `from`.
function closing(text, from,   i, depth, c) {
    for (i = from; i <= length(text); ++i) {
        c = substr(text, i, 1)
        if (c ~ /[({<[]/) ++depth
        if (c ~ /[)}>\]]/ && --depth == 0) return i
    }
    return 0
}

# Splits a list of parameters into types; default arguments and names are left out. Returns how many there are.
function split_parameters(text, types,   n, i, depth, c, part, has_default) {
    text = text ","
    for (i = 1; i <= length(text); ++i) {
        c = substr(text, i, 1)
        if (c ~ /[({<[]/) ++depth
        if (c ~ /[)}>\]]/) --depth
        if (c == "," && depth == 0) {
            sub(/^ +/, "", part)
            sub(/ *[A-Za-z_0-9]+ *$/, "", part)
            if (part != "") types[++n] = part
            part = ""; has_default = 0
        } else {
            if (c == "=" && depth == 0) has_default = 1
            if (!has_default) part = part c
        }
    }
    return n
}

# The call of `callee`, as a lambda of its parameters.
function call_of(name, callee, parameters,   n, i, types, declared, given) {
    n = split_parameters(parameters, types)
    for (i = 1; i <= n; ++i) {
        declared = declared (i > 1 ? ", " : "") types[i] " a" i
        given = given (i > 1 ? ", " : "") "a" i
    }
    return "  calls.add(\"" name "\", [](" declared ") { return " callee "(" given "); });\n"
}

function finish_function(   open, head, name, callee, parameters) {
    open = index(declaration, "(")
    head = substr(declaration, 1, open - 1)
    name = head
    sub(/.* /, "", name)
    parameters = substr(declaration, open + 1, closing(declaration, open) - open - 1)
    # hostile_test.cpp says where files are written.
    if (name ~ /^(operator|save_)/ || parameters ~ /initializer_list/ || other_template || open == 0) return
    callee = (in_nn ? "nn::" : "") scope name
    if (of_tensor_like) templates = templates call_of(scope name, callee, parameters)
    else functions = functions call_of(scope name, callee, parameters)
}

function finish_constructor(   open, parameters) {
    open = index(declaration, "(")
    parameters = substr(declaration, open + 1, closing(declaration, open) - open - 1)
    if (parameters == "" || parameters ~ "&&" || parameters ~ "^const " class "&") return
    constructors = constructors call_of(class, "std::make_unique<nn::" class ">", parameters)
}

FNR == 1 {
    includes = includes "#include \"" FILENAME "\"\n"
    in_nn = FILENAME ~ /^nn\//
    internal = 0
}
/^namespace / {
    internal = $0 !~ (in_nn ? "^namespace (tinytorch::nn|init) [{]" : "^namespace tinytorch [{]")
    scope = /^namespace init/ ? "init::" : ""
}
/^}  \/\/ namespace/ { internal = 0; scope = "" }
{ sub(/ *\/\/.*/, "") }
in_alias || /^using / { in_alias = !/;$/; next }
/^$|^#|^namespace/ || internal { next }

# Structures: their members.
function add_member(line,   names, n, i) {
    sub(/ *=.*/, ";", line)
    sub(/;.*/, "", line)
    sub(/^ +/, "", line)
    sub(/^.*[^,] +/, "", line)  # the type
    n = split(line, names, /, */)
    for (i = 1; i <= n; ++i) members = members " from.draw_into(x." names[i] ");"
}

# A class: its public constructors.
/^(class|struct|enum) / {
    if (/;$/ || /}$/) { other_template = of_tensor_like = 0; next }
    class = in_nn && /^class/ && !other_template && / : public / ? $2 : ""
    struct = /^struct/ && !other_template ? $2 : ""
    in_class = 1; members = ""; is_public = 0; declaration = ""
    next
}
in_class {
    if (/^};/ && struct != "") {
        structures = structures (of_tensor_like ? "template <class T>\n" : "") "void draw_members(Arguments& from, " \
                     (in_nn ? "nn::" : "") struct (of_tensor_like ? "<T>" : "") "& x) {" members " }\n"
        struct = ""
    }
    if (struct != "" && /^  [A-Za-z:<>_0-9]+ [a-z_0-9, ]+( = .*)?;$/ && !/^  (using|static|return) /) add_member($0)
    if (/^};/) { in_class = other_template = of_tensor_like = 0 }
    if (/^ (public|protected|private):/) is_public = /public/
    if (class != "" && is_public && $0 ~ "^  (explicit )?" class "\\(") declaration = $0
    else if (declaration != "") declaration = declaration $0
    if (declaration != "" && closing(declaration, index(declaration, "("))) { finish_constructor(); declaration = "" }
    next
}

in_body { if (/^}/) in_body = 0; next }
/^}/ { next }
/^requires/ { in_body = /\{$/; other_template = 0; next }
/^template/ { of_tensor_like = /<TensorLike T>$/; other_template = !of_tensor_like; next }

{
    sub(/^inline /, "")
    declaration = declaration (declaration == "" ? "" : " ") $0
    gsub(/  +/, " ", declaration)
    if (!closing(declaration, index(declaration, "("))) next
    if (declaration ~ /(;|\{|\})$/) {
        if (declaration ~ /\{$/) in_body = 1
        finish_function()
        declaration = ""; other_template = of_tensor_like = 0
    }
}

END {
    print includes
    print "#include <memory>\n#include <utility>\n\n#include \"tests/hostile/calls.h\"\n"
    print "namespace tinytorch::hostile {\n"
    print structures "\nnamespace {\n"
    print "template <class T>\nvoid add_templates(Calls& calls) {\n" templates "}\n"
    print "}  // namespace\n"
    print "void add_declared(Calls& calls) {\n  using namespace nn;\n" functions "  add_templates<Tensor>(calls);\n" \
          "  add_templates<Variable>(calls);\n" constructors "}\n\n}  // namespace tinytorch::hostile"
}
