namespace Inference.Dashboard.Tests;

/// <summary>Names that try to be markup, script, a style, an address or the end of something.</summary>
internal static class HostileNames
{
    // Sets a mark that tests look for.
    private const string Mark = "window.hostile=1";

    /// <summary>The names that are always tried.</summary>
    public static IReadOnlyList<string> Sample { get; } =
    [
        $"<script>{Mark}</script>",
        $"<img src=x onerror={Mark}>",
        $"\"><svg onload={Mark}>",
        "</td></tr></table><h1>big</h1>",
        "a/b?c#d%41&e=f g",
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Sample,
        $"' onmouseover='{Mark}",
        $"\" autofocus onfocus={Mark} x=\"",
        $"javascript:{Mark}",
        $"{{{{constructor.constructor('{Mark}')()}}}}",
        $"${{{Mark}}}",
        $"`-{Mark}-`",
        $"<iframe srcdoc='<script>parent.{Mark}</script>'>",
        $"<math><mtext></form><form><mglyph><style></math><img src onerror={Mark}>",
        $"<svg><animate onbegin={Mark} attributeName=x dur=1s>",
        $"<a href=javascript:{Mark}>x</a>",
        "<style>*{display:none}</style>",
        "<!--",
        "]]>",
        "</script>",
        "</title><script>",
        "&lt;b&gt;&amp;&#60;",
        "\n\ndata: []\n\n",
        "event: x\r\ndata: 1",
        "\u2028\u2029",
        "\u202Etxt.exe",
        "\u0001\u001F\u007F",
        "__proto__",
        "constructor",
        "toString",
        "..",
        ".",
        "../../etc/passwd",
        "%2e%2e%2f",
        "//example.com/x",
        "\\\\host\\share",
        " leading and trailing ",
        "\uD83D\uDE80 e\u0301 \u05D0\u05D1 \u4E2D\u6587",
        "{\"a\":1}",
        "undefined",
        "null",
        "0",
        "-1e309",
        new string('x', 1000),
        string.Concat(Enumerable.Repeat("<b>", 300)),
    ];
}
