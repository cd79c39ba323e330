#include "modules/cli/course/text.h"

#include <gtest/gtest.h>

namespace tito {
namespace {

TEST(Text, LosesWhatCannotBeShown) {
  EXPECT_EQ(printable("Zoë Ångström 李 😀"), "Zoë Ångström 李 😀");
  EXPECT_EQ(printable("a\x1b[2Jb\n\x7f"), "a?[2Jb??");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(printable("\u202Egpj\u200B"), "?gpj?");
  EXPECT_EQ(printable("\xff\xc3"), "??");
  EXPECT_EQ(printable("\xc0\xaf"), "??") << "longer than needed";
  EXPECT_EQ(printable("\xed\xa0\x80"), "???") << "a surrogate";
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "????") << "beyond Unicode";
  EXPECT_EQ(printable(""), "");
}

TEST(Text, IsNoMarkupInHtml) {
  EXPECT_EQ(escape_html("<a href='x' title=\"y\">&amp;</a>\n\t\x1b"),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;&lt;/a&gt;\n\t?");
}

TEST(Text, IsOneFieldOfACsvFile) {
  EXPECT_EQ(csv_field("Ada Lovelace"), "Ada Lovelace");
  EXPECT_EQ(csv_field("Lovelace, Ada"), "\"Lovelace, Ada\"");
  EXPECT_EQ(csv_field("\"Ada\""), "\"\"\"Ada\"\"\"");
  EXPECT_EQ(csv_field("a\r\nb"), "\"a\r\nb\"");
  EXPECT_EQ(csv_field(""), "");
}

TEST(Text, IsOneWordOfAShell) {
  EXPECT_EQ(shell_quoted("a b"), "'a b'");
  EXPECT_EQ(shell_quoted("o'brien's"), R"('o'\''brien'\''s')");
}

TEST(Text, IsNoFormulaInASpreadsheet) {
  EXPECT_EQ(csv_field("=HYPERLINK(\"http://x\",\"y\")"), "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
  for (const char* text : {"=1", "+1", "-1", "@x", "\t1"})
    EXPECT_EQ(csv_field(text), '\'' + std::string(text));
  EXPECT_EQ(csv_field("\r1"), "\"'\r1\"");
}

}  // namespace
}  // namespace tito
