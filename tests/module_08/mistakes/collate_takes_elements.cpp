  auto to = batch.begin();
  for (const std::int64_t index : indices) {
    if (index < 0 || index >= count)
      throw std::out_of_range("item " + std::to_string(index) + " of " + std::to_string(count));
    const auto row = items.subspan(static_cast<std::size_t>(index), static_cast<std::size_t>(width));
    to = std::copy(row.begin(), row.end(), to);
  }
