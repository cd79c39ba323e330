  std::vector<int> tokens;
  for (const char c : word) tokens.push_back(static_cast<unsigned char>(c));
  for (std::size_t m = 0; m < merges.size(); ++m) {
    std::vector<int> merged;
    bool done = false;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const bool is_pair =
          !done && i + 1 < tokens.size() && tokens[i] == merges[m].left && tokens[i + 1] == merges[m].right;
      merged.push_back(is_pair ? kBytes + static_cast<int>(m) : tokens[i]);
      if (is_pair) {
        ++i;
        done = true;
      }
    }
    tokens = std::move(merged);
  }
  return tokens;
