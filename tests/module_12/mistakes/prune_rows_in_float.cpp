  std::vector<float> norms(rows, 0);
  std::vector<std::size_t> order(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    for (const float w : weight.subspan(i * columns, columns)) norms[i] += w * w;
    if (std::isnan(norms[i])) norms[i] = std::numeric_limits<float>::infinity();
    order[i] = i;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return norms[a] < norms[b]; });
  order.erase(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(rows)));
  std::sort(order.begin(), order.end());
  PrunedRows result{.rows = order, .weight = {}};
  for (const std::size_t i : order) {
    const auto row = weight.subspan(i * columns, columns);
    result.weight.insert(result.weight.end(), row.begin(), row.end());
  }
  return result;
