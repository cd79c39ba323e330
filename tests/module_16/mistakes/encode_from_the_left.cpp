  std::vector<int> tokens;
  for (const char c : word) {
    tokens.push_back(static_cast<unsigned char>(c));
    for (std::size_t m = 0; m < merges.size(); ++m) {
      const std::size_t size = tokens.size();
      if (size < 2 || tokens[size - 2] != merges[m].left || tokens[size - 1] != merges[m].right) continue;
      tokens.pop_back();
      tokens.back() = kBytes + static_cast<int>(m);
    }
  }
  return tokens;
