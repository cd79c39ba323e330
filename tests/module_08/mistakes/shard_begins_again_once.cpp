  if (rank < 0 || rank >= ranks) throw std::invalid_argument("rank is " + std::to_string(rank));
  const auto n = static_cast<std::int64_t>(order.size());
  Order indices;
  for (std::int64_t i = 0; i < (n + ranks - 1) / ranks; ++i) {
    const std::int64_t at = i * ranks + rank;
    indices.push_back(order[static_cast<std::size_t>(at < n ? at : at - n)]);
  }
  return indices;
