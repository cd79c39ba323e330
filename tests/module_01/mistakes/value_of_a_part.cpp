  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name)) continue;
    const std::size_t begin = line.find_first_not_of(' ', name.size());
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
