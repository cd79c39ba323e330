  auto to = batch.begin();
  for (const std::int64_t index : indices) {
    if (index >= count)
      throw std::out_of_range("item " + std::to_string(index) + " of " + std::to_string(count));
    const float* const row = items.data() + index * width;
    to = std::copy(row, row + width, to);
  }
