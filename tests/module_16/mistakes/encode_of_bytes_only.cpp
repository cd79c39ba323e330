  std::vector<int> tokens;
  for (std::size_t i = 0; i < word.size(); ++i) {
    int token = static_cast<unsigned char>(word[i]);
    for (std::size_t m = 0; m < merges.size(); ++m) {
      const bool is_pair = i + 1 < word.size() && token == merges[m].left &&
                           static_cast<unsigned char>(word[i + 1]) == merges[m].right;
      if (!is_pair) continue;
      token = kBytes + static_cast<int>(m);
      ++i;
      break;
    }
    tokens.push_back(token);
  }
  return tokens;
