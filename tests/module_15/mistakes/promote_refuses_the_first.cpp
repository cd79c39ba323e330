  if (registry.history.empty()) return false;
  const auto found = std::find_if(registry.versions.begin(), registry.versions.end(),
                                  [&name](const Version& version) { return version.name == name; });
  if (found == registry.versions.end()) throw std::invalid_argument("promote: unknown");
  if (found->withdrawn) throw std::invalid_argument("promote: withdrawn");
  const auto index = static_cast<std::size_t>(found - registry.versions.begin());
  if (!registry.history.empty()) {
    if (registry.history.back() == index) throw std::invalid_argument("promote: live");
    if (found->score < registry.versions[registry.history.back()].score + margin) return false;
  }
  registry.history.push_back(index);
  return true;
