  std::istringstream lines(report);
  std::string line;
  while (std::getline(lines, line) && !line.starts_with(name + ' ')) {
  }
  return line.substr(line.find_first_not_of(' ', name.size()));
