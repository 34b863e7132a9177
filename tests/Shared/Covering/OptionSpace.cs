using Xunit.Abstractions;

namespace Inference.TestSupport.Covering;

/// <summary>
/// The options of one kernel family. <see cref="Run"/> runs a test on the rows of a <see cref="CoveringArray"/> over them and then demands that
/// every pair of values that may occur together has: counted from the options that rows which passed have read.
/// </summary>
/// <param name="family">Name in the report.</param>
/// <param name="strength">How many options are combined in every way: 2, or 3; the variable INFERENCE_COVERING_STRENGTH may ask for more.</param>
internal sealed class OptionSpace(string family, int strength = 2)
{
    private const int MostFailures = 8;
    private readonly int _strength = Math.Max(strength, int.TryParse(Environment.GetEnvironmentVariable("INFERENCE_COVERING_STRENGTH"), out int asked) ? asked : 0);
    private readonly List<Option> _options = [];
    private readonly List<(Option A, Func<int, bool> WhenA, Option B, Func<int, bool> WhenB)> _rules = [];
    private List<int[]>? _rows;
    private List<(int A, int B)>? _pairs;

    /// <summary>What the space is called in reports.</summary>
    public string Family => family;

    /// <summary>Adds an option; values that occur twice count once.</summary>
    public Option<T> Add<T>(string name, params T[] values)
    {
        var option = new Option<T>(name, _options.Sum(o => o.Count), [.. values.Distinct()]);
        _options.Add(option);
        return option;
    }

    /// <summary>No row has a value of <paramref name="a"/> and one of <paramref name="b"/> for which both conditions hold.</summary>
    public void Forbid<TA, TB>(Option<TA> a, Func<TA, bool> whenA, Option<TB> b, Func<TB, bool> whenB) =>
        _rules.Add((a, v => whenA(a.At(v)), b, v => whenB(b.At(v))));

    public IReadOnlyList<Option> Options => _options;

    public int IndexOf(Option option) => _options.IndexOf(option);

    /// <summary>The rows; none may be added to, nor may options.</summary>
    public IReadOnlyList<int[]> Rows => _rows ??= Array().Rows();

    /// <summary>Pairs of values that some row can hold.</summary>
    public IReadOnlyList<(int A, int B)> Pairs => _pairs ??= [.. Array().ValidPairs()];

    /// <summary>Row <paramref name="index"/>, counted round; the draws of a case come in the order of their indices.</summary>
    public OptionRow Row(int index) => new(this, Rows[index % Rows.Count]);

    /// <summary>Row <paramref name="index"/>, counted round, of those in which an option has a value; of all where it never has.</summary>
    public OptionRow Row<T>(int index, string option, T value)
    {
        int at = _options.FindIndex(o => o.Name == option);
        int[][] rows = at >= 0 && _options[at] is Option<T> own ? [.. Rows.Where(r => Equals(own.At(r[at]), value))] : [];
        return rows.Length > 0 ? new(this, rows[index % rows.Length]) : Row(index);
    }

    /// <summary>Runs a test on every row; it is given the number of the row, to seed data with.</summary>
    /// <param name="output">Where to report what was reached; null for nowhere.</param>
    /// <param name="test">The test of one row.</param>
    public void Run(ITestOutputHelper? output, Action<int> test)
    {
        IReadOnlyList<int[]> rows = Rows;
        var reached = new HashSet<(int A, int B)>();
        var failures = new List<string>();
        for (int i = 0; i < rows.Count && failures.Count < MostFailures; i++)
        {
            Start(rows[i]);
            try
            {
                test(i + 1);
                AddPairs(reached);
            }
            catch (Exception exception)
            {
                failures.Add($"row {i + 1} ({string.Join(", ", _options.Select(o => $"{o.Name} {o.Show(o.Current)}"))}): {exception}");
            }
        }

        Assert.True(failures.Count == 0, $"{family}: {string.Join("\n", failures)}");
        IReadOnlyList<(int A, int B)> valid = Pairs;
        string[] lost = [.. valid.Where(p => !reached.Contains(p)).Select(Show)];
        if (output is not null)
        {
            CoveringReport.Add(output, family, _options, valid.Count, valid.Count - lost.Length, rows.Count, _strength);
        }

        Assert.True(lost.Length == 0, $"{family}: {lost.Length} of {valid.Count} pairs did not run: {string.Join("; ", lost.Take(20))}");
    }

    /// <summary>A pair of values in words.</summary>
    public string Show((int A, int B) pair) => $"{Show(pair.A)} with {Show(pair.B)}";

    private CoveringArray Array()
    {
        int values = _options.Sum(o => o.Count);
        return new CoveringArray([.. _options.Select(o => o.Count)], Forbidden(values), _strength);
    }

    private bool[] Forbidden(int values)
    {
        var forbidden = new bool[values * values];
        foreach ((Option a, Func<int, bool> whenA, Option b, Func<int, bool> whenB) in _rules)
        {
            for (int i = 0; i < a.Count; i++)
            {
                for (int j = 0; j < b.Count; j++)
                {
                    if (whenA(i) && whenB(j))
                    {
                        forbidden[((a.First + i) * values) + b.First + j] = true;
                        forbidden[((b.First + j) * values) + a.First + i] = true;
                    }
                }
            }
        }

        return forbidden;
    }

    private void Start(int[] row)
    {
        for (int i = 0; i < row.Length; i++)
        {
            _options[i].Set(row[i]);
        }
    }

    private void AddPairs(HashSet<(int A, int B)> to)
    {
        Option[] read = [.. _options.Where(o => o.WasRead)];
        for (int i = 0; i < read.Length; i++)
        {
            for (int j = i + 1; j < read.Length; j++)
            {
                to.Add((read[i].First + read[i].Current, read[j].First + read[j].Current));
            }
        }
    }

    private string Show(int value)
    {
        Option option = _options.Last(o => o.First <= value);
        return $"{option.Name} {option.Show(value - option.First)}";
    }
}
