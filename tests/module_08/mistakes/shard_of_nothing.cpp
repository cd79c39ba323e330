  if (rank < 0 || rank >= ranks) throw std::invalid_argument("rank is " + std::to_string(rank));
  const auto n = static_cast<std::int64_t>(order.size());
  Order indices;
  std::int64_t i = 0;
  do {
    indices.push_back(order[static_cast<std::size_t>((i * ranks + rank) % n)]);
  } while (++i < (n + ranks - 1) / ranks);
  return indices;
