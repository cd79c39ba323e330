  std::istringstream lines(report);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + ' ')) return line.substr(name.size());
  }
  return "";
