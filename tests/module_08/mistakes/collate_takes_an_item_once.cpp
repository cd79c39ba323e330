  std::vector<bool> taken(static_cast<std::size_t>(count));
  auto to = batch.begin();
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= count)
      throw std::out_of_range("item " + std::to_string(index) + " of " + std::to_string(count));
    if (taken[static_cast<std::size_t>(index)]) continue;
    taken[static_cast<std::size_t>(index)] = true;
    const auto row = items.subspan(static_cast<std::size_t>(index * width), static_cast<std::size_t>(width));
    to = std::copy(row.begin(), row.end(), to);
  }
