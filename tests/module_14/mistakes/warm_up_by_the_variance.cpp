  double least = std::numeric_limits<double>::infinity();
  std::size_t best = 0;
  for (std::size_t dropped = 0; dropped <= times.size() / 2 && dropped + 5 <= times.size(); ++dropped) {
    const auto rest = times.subspan(dropped);
    const auto size = static_cast<double>(rest.size());
    double sum = 0, squares = 0;
    for (const double time : rest) sum += time;
    for (const double time : rest) squares += (time - sum / size) * (time - sum / size);
    const double error = squares / size;
    if (error < least) {
      least = error;
      best = dropped;
    }
  }
  return best;
