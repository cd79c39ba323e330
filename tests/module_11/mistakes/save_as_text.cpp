  std::ofstream file(path);
  file << kMagic << ' ' << checkpoint.steps;
  for (const float each : checkpoint.parameters) file << ' ' << each;
  if (!file) throw std::runtime_error(path + " cannot be written");
