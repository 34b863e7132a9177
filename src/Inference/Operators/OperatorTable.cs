using System.Collections.Frozen;
using Inference.Operators.Basic;

namespace Inference.Operators;

/// <summary>All operators of the engine: one line each, by domain, then alphabetical.</summary>
internal static class OperatorTable
{
    internal const string Ml = "ai.onnx.ml";
    internal const string Microsoft = "com.microsoft";

    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Identity", 1, n => new Identity(n)),
    ];

    private static readonly FrozenDictionary<(string, string), OperatorEntry> s_byName =
        Entries.ToFrozenDictionary(e => (e.Domain, e.OpType));

    /// <summary>Finds an operator; false where the engine does not have it.</summary>
    public static bool TryFind(string domain, string opType, long opset, out OperatorEntry entry) =>
        s_byName.TryGetValue((domain, opType), out entry!) && opset >= entry.Since;
}
