using System.Globalization;

namespace Inference.Optimization.Sparsification;

/// <summary>Which keys each query of a head sees, for a fixed number of tokens: all; whole blocks, at distances from the query's own and at fixed places; or those at a distance that is a multiple of a stride.</summary>
internal sealed record AttentionPattern
{
    /// <summary>Every query sees every key.</summary>
    public static readonly AttentionPattern Dense = new();

    private AttentionPattern()
    {
    }

    /// <summary>The tokens of a block; 0 if the pattern has no blocks.</summary>
    public int Block { get; private init; }

    /// <summary>The distances, in blocks, from a query's block to those that it sees, ascending; 0 is among them.</summary>
    public IReadOnlyList<int> Distances { get; private init; } = [];

    /// <summary>The blocks that every query sees, ascending.</summary>
    public IReadOnlyList<int> Places { get; private init; } = [];

    /// <summary>The distance between the keys that a query sees; 0 if the pattern has none.</summary>
    public int Stride { get; private init; }

    public bool IsDense => Block == 0 && Stride == 0;

    public static AttentionPattern Blocks(int block, IEnumerable<int> distances, IEnumerable<int> places) =>
        new() { Block = block, Distances = [.. distances.Append(0).Distinct().Order()], Places = [.. places.Distinct().Order()] };

    public static AttentionPattern Strided(int stride) => new() { Stride = stride };

    /// <summary>The blocks of a sliding window of that many tokens, half of them before the query's and half behind, rounded up to whole blocks.</summary>
    public static AttentionPattern Window(int block, int tokens)
    {
        int reach = ((tokens / 2) + block - 1) / block;
        return Blocks(block, Enumerable.Range(-reach, (2 * reach) + 1), []);
    }

    /// <summary>The keys that are computed for a query, hidden ones included.</summary>
    public int Keys(int tokens) => Stride > 0 ? tokens / Stride : Block > 0 ? Math.Min(tokens, (Distances.Count + Places.Count) * Block) : tokens;

    public bool Sees(int query, int key) => Stride > 0 ? query % Stride == key % Stride
        : Block == 0 || Places.Contains(key / Block) || Distances.Contains((key / Block) - (query / Block));

    public bool Equals(AttentionPattern? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    public override string ToString() => Stride > 0 ? Text($"stride {Stride}")
        : Block == 0 ? "dense"
        : Text($"blocks of {Block}: {Ranges(Distances, signed: true)} from its own{(Places.Count > 0 ? $", {(Places.Count == 1 ? "block" : "blocks")} {Ranges(Places, signed: false)} for all" : "")}");

    // −1…1, 4
    private static string Ranges(IReadOnlyList<int> values, bool signed)
    {
        var parts = new List<string>();
        for (int i = 0; i < values.Count; i++)
        {
            int last = i;
            while (last + 1 < values.Count && values[last + 1] == values[last] + 1)
            {
                last++;
            }

            parts.Add(last == i ? Number(values[i], signed) : $"{Number(values[i], signed)}…{Number(values[last], signed)}");
            i = last;
        }

        return string.Join(", ", parts);
    }

    private static string Number(int value, bool signed) => (signed && value > 0 ? "+" : "") + value.ToString(CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
