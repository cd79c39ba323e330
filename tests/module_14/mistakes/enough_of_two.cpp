  if (times.size() >= most) return true;
  if (times.size() < 2) return false;
  const auto size = static_cast<double>(times.size());
  double sum = 0, squares = 0;
  for (const double time : times) sum += time;
  const double mean = sum / size;
  for (const double time : times) squares += (time - mean) * (time - mean);
  const double deviation = std::sqrt(squares / (size - 1));
  return 1.96 * deviation / std::sqrt(size) <= relative * mean;
