  const auto n = static_cast<std::int64_t>(order.size());
  Order indices;
  if (n == 0) return indices;
  for (std::int64_t i = 0; i < (n + ranks - 1) / ranks; ++i)
    indices.push_back(order[static_cast<std::size_t>((i * ranks + rank + n) % n)]);
  return indices;
