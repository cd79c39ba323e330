  std::vector<int> tokens;
  for (const char c : word) tokens.push_back(static_cast<unsigned char>(c));
  for (std::size_t m = 0; m < merges.size(); ++m) {
    for (std::size_t i = 0; i < tokens.size() - 1; ++i) {
      if (tokens[i] != merges[m].left || tokens[i + 1] != merges[m].right) continue;
      tokens[i] = kBytes + static_cast<int>(m);
      tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
  }
  return tokens;
