  std::vector<Merge> merges;
  while (merges.size() < most) {
    std::map<std::pair<int, int>, std::int64_t> counts;
    for (const Word& word : words) {
      for (std::size_t i = 1; i < word.tokens.size(); ++i)
        counts[{word.tokens[i - 1], word.tokens[i]}] += word.count;
    }
    const auto best = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best == counts.end() || best->second < minimum_count) break;
    const auto [left, right] = best->first;
    const int result = kBytes + static_cast<int>(merges.size());
    for (Word& word : words) {
      std::vector<int> merged;
      for (std::size_t i = 0; i < word.tokens.size(); ++i) {
        const bool is_pair =
            i + 1 < word.tokens.size() && word.tokens[i] == left && word.tokens[i + 1] == right;
        merged.push_back(is_pair ? result : word.tokens[i]);
        if (is_pair) ++i;
      }
    }
    merges.push_back({left, right});
  }
  return merges;
