using System.Globalization;
using Inference.Onnx;
using Inference.Optimization.Graphs;

namespace Inference.Optimization.Sparsification;

/// <summary>Replaces an attention by one that computes only what its heads' patterns show, in standard operators: heads with the same pattern together, blocks by Reshape, neighbours by Slice and Concat, one product over all blocks.</summary>
/// <param name="editor">The model, of operator set 13 or later.</param>
/// <param name="layer">The attention.</param>
/// <param name="masks">The masks of the model's patterns so far, by what they are made from.</param>
internal sealed class PatternWriter(GraphEditor editor, AttentionLayer layer, Dictionary<string, string> masks)
{
    // Far below any score and any mask, and added to the lowest mask still a number.
    private const float Hidden = -1e30f;

    /// <summary>Rewrites the layer.</summary>
    /// <param name="patterns">One for each head.</param>
    public void Apply(IReadOnlyList<AttentionPattern> patterns)
    {
        string keys = Keys();
        List<IGrouping<AttentionPattern, int>> groups = [.. Enumerable.Range(0, layer.Heads).GroupBy(h => patterns[h])];
        string[] results = [.. groups.Select(g => Attend(g.Key, Select(layer.Queries, g), Select(keys, g), Select(layer.Values, g), g.Count()))];
        string all = results.Length == 1 ? results[0] : Emit("Concat", results).SetAttribute("axis", 1L).Outputs[0];
        int[] order = [.. groups.SelectMany(static g => g)];
        int[] back = [.. Enumerable.Range(0, layer.Heads).Select(h => Array.IndexOf(order, h))];
        OnnxNode last = back.Select(static (from, to) => from == to).All(static same => same)
            ? Emit("Identity", all)
            : Emit("Gather", all, Ints(back)).SetAttribute("axis", 1L);
        last.Outputs[0] = layer.Product.Outputs[0];
        editor.Remove(layer.Product);
    }

    private bool HasMask => layer.Operands.Any(static o => o is { ElementCount: > 1 });

    private string Attend(AttentionPattern pattern, string q, string k, string v, int heads) =>
        pattern.IsDense ? Core(q, k, v) : pattern.Stride > 0 ? Strided(pattern.Stride, q, k, v, heads) : Blocks(pattern, q, k, v, heads);

    // [rows, heads, tokens, size] → [rows · heads, stride, tokens / stride, size]: the tokens of a residue are neighbours.
    private string Strided(int stride, string q, string k, string v, int heads)
    {
        int each = layer.Tokens / stride;
        string Residues(string x, int size) => Emit("Transpose", Reshape(x, -1, each, stride, size)).SetAttribute("perm", [0L, 2, 1, 3]).Outputs[0];
        string? mask = HasMask
            ? Mask(Text($"s{stride}"), stride, each, each, (residue, query) => (query * stride) + residue, (residue, key) => (key * stride) + residue, static (_, _, _) => false)
            : null;
        string y = Core(Residues(q, layer.Size), Residues(k, layer.Size), Residues(v, layer.ValueSize), mask, m => Transposed(Residues(m, 1)), heads);
        return Reshape(Emit("Transpose", y).SetAttribute("perm", [0L, 2, 1, 3]).Outputs[0], -1, heads, layer.Tokens, layer.ValueSize);
    }

    // [rows, heads, tokens, size] → [rows · heads, blocks, tokens of a block, size].
    private string Blocks(AttentionPattern pattern, string q, string k, string v, int heads)
    {
        int block = pattern.Block, count = (layer.Tokens + block - 1) / block, padded = count * block;
        string Cut(string x, int size) => Reshape(padded == layer.Tokens ? x : Emit("Pad", x, Ints(0, 0, 0, 0, 0, 0, padded - layer.Tokens, 0)).Outputs[0], -1, count, block, size);
        string Seen(string x, int size) => Neighbours(pattern, Cut(x, size), count, size);
        int Key(int at, int slot)
        {
            int part = slot / block;
            int from = part < pattern.Distances.Count ? at + pattern.Distances[part] : pattern.Places[part - pattern.Distances.Count];
            return (from * block) + (slot % block);
        }

        // A block that is seen at its place is not seen again at a distance.
        bool IsHidden(int at, int key, int slot) => key < 0 || key >= layer.Tokens || (slot / block < pattern.Distances.Count && pattern.Places.Contains(key / block));
        bool perQuery = layer.Operands.Any(static o => o?.Dims is [.., > 1, _]);
        string mask = Mask(pattern.ToString(), count, perQuery ? block : 1, (pattern.Distances.Count + pattern.Places.Count) * block, (at, query) => (at * block) + query, Key, IsHidden);
        string y = Core(Cut(q, layer.Size), Seen(k, layer.Size), Seen(v, layer.ValueSize), mask, m => Transposed(Seen(m, 1)), heads);
        y = Reshape(y, -1, heads, padded, layer.ValueSize);
        return padded == layer.Tokens ? y : Slice(y, 2, 0, layer.Tokens);
    }

    // For each block, the blocks at the distances and those at the places, one after the other.
    private string Neighbours(AttentionPattern pattern, string x, int count, int size)
    {
        int before = Math.Max(0, -pattern.Distances[0]), behind = Math.Max(0, pattern.Distances[^1]);
        string wide = before + behind == 0 ? x : Emit("Pad", x, Ints(0, before, 0, 0, 0, behind, 0, 0)).Outputs[0];
        List<string> parts = [.. pattern.Distances.Select(d => before + behind == 0 || d == 0 ? x : Slice(wide, 1, before + d, before + d + count))];
        if (pattern.Places.Count > 0)
        {
            string[] places = [.. pattern.Places.Select(p => Slice(x, 1, p, p + 1))];
            string together = places.Length == 1 ? places[0] : Emit("Concat", places).SetAttribute("axis", 2L).Outputs[0];
            parts.Add(Emit("Expand", together, Ints(1, count, pattern.Places.Count * pattern.Block, size)).Outputs[0]);
        }

        return parts.Count == 1 ? parts[0] : Emit("Concat", [.. parts]).SetAttribute("axis", 2L).Outputs[0];
    }

    // softmax(steps(Q × Kᵀ)) × V over the last two axes. Of a pattern, the mask has what constant steps add, each as scaled by the steps behind it; masks that are computed in each run are cut as keys are.
    private string Core(string q, string k, string v, string? mask = null, Func<string, string>? cut = null, int heads = 0)
    {
        string scores = Emit("MatMul", q, Transposed(k)).Outputs[0];
        for (int i = 0; i < layer.Steps.Count; i++)
        {
            OnnxNode step = layer.Steps[i];
            string? operand = layer.Operands[i] is { } constant ? (cut is null || step.OpType != "Add" ? constant.Name : null)
                : cut is null || step.OpType != "Add" ? layer.Operand(step)
                : cut(Spread(layer.Operand(step), heads));
            scores = operand is null ? scores : Emit(step.OpType, scores, operand).Outputs[0];
        }

        if (mask is not null)
        {
            scores = Emit("Add", scores, mask).Outputs[0];
        }

        return Emit("MatMul", Emit("Softmax", scores).SetAttribute("axis", -1L).Outputs[0], v).Outputs[0];
    }

    // A mask of keys, [rows or 1, 1, 1, tokens] → [rows, heads, tokens, 1].
    private string Spread(string mask, int heads)
    {
        string rows = Slice(Emit("Shape", layer.Queries).Outputs[0], 0, 0, 1);
        return Emit("Expand", Transposed(mask), Emit("Concat", rows, Ints(heads, layer.Tokens, 1)).SetAttribute("axis", 0L).Outputs[0]).Outputs[0];
    }

    // [1, groups, queries, keys]: what the steps add between a query and a key, far below everything where it is hidden.
    private string Mask(string pattern, int groups, int queries, int keys, Func<int, int, int> query, Func<int, int, int> key, Func<int, int, int, bool> hidden)
    {
        string from = Text($"{pattern}, {layer.Tokens} tokens, {string.Join(' ', layer.Steps.Zip(layer.Operands, static (s, o) => s.OpType + ' ' + o?.Name))}");
        if (masks.TryGetValue(from, out string? made))
        {
            return made;
        }

        float[][] operands = [.. layer.Operands.Select(static o => o is null ? [] : Weights.Read(o))];
        var values = new float[checked(groups * queries * keys)];
        for (int group = 0; group < groups; group++)
        {
            for (int i = 0; i < queries; i++)
            {
                int at = Math.Min(query(group, i), layer.Tokens - 1);
                Span<float> row = values.AsSpan(((group * queries) + i) * keys, keys);
                for (int j = 0; j < keys; j++)
                {
                    int to = key(group, j);
                    row[j] = hidden(group, to, j) ? Hidden : Added(operands, at, to);
                }
            }
        }

        return masks[from] = editor.AddFloats("m", values, 1, groups, queries, keys);
    }

    private float Added(float[][] operands, int query, int key)
    {
        float sum = 0;
        for (int i = 0; i < layer.Steps.Count; i++)
        {
            // A computed number scales no constant mask, and a computed mask is added by a step of its own.
            if (layer.Operands[i] is { } constant)
            {
                float operand = AttentionLayer.Operand(constant, operands[i], query, key);
                sum = layer.Steps[i].OpType switch { "Add" => sum + operand, "Mul" => sum * operand, _ => sum / operand };
            }
        }

        return sum;
    }

    // As they were before they were transposed, if they were.
    private string Keys()
    {
        if (editor.Index.Producer(layer.KeysTransposed) is not { OpType: "Transpose" } transpose || transpose.GetInts("perm") is not [var a, var b, var c, var d])
        {
            return Transposed(layer.KeysTransposed);
        }

        long[] perm = [a, b, d, c];
        return perm is [0, 1, 2, 3] ? transpose.Inputs[0] : Emit("Transpose", transpose.Inputs[0]).SetAttribute("perm", perm).Outputs[0];
    }

    private string Transposed(string x) => Emit("Transpose", x).SetAttribute("perm", [0L, 1, 3, 2]).Outputs[0];

    private string Select(string x, IEnumerable<int> heads)
    {
        int[] wanted = [.. heads];
        return wanted.Length == layer.Heads ? x
            : wanted[^1] - wanted[0] == wanted.Length - 1 ? Slice(x, 1, wanted[0], wanted[^1] + 1)
            : Emit("Gather", x, Ints(wanted)).SetAttribute("axis", 1L).Outputs[0];
    }

    private string Slice(string x, int axis, int first, int end) => Emit("Slice", x, Ints(first), Ints(end), Ints(axis)).Outputs[0];

    private string Reshape(string x, params int[] shape) => Emit("Reshape", x, Ints(shape)).Outputs[0];

    private string Ints(params int[] values) => editor.AddConstant(OnnxTensor.Create<long>(editor.Names.New("i"), Array.ConvertAll(values, static v => (long)v), values.Length));

    private OnnxNode Emit(string op, params string[] inputs) => editor.InsertBefore(layer.Product, new OnnxNode(op, inputs, [editor.Names.New("a")]));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
