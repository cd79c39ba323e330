  std::vector<std::int64_t> shape(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t of_a = i < a.size() ? a[a.size() - 1 - i] : 1, of_b = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (of_a != of_b && of_a != 1 && of_b != 1) throw std::invalid_argument("the shapes differ");
    shape[shape.size() - 1 - i] = std::max(of_a, of_b);
  }
  return shape;
