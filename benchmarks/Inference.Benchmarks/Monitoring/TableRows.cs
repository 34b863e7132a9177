using Inference.Data;

namespace Inference.Benchmarks.Monitoring;

/// <summary>Rows of numbers and categories in memory, to plant faults in.</summary>
internal sealed class TableRows
{
    public TableRows(int rows, int numbers, int categories)
    {
        (Rows, Numbers, Categories) = (rows, numbers, categories);
        Numeric = new float[rows * numbers];
        Categorical = new long[rows * categories];
    }

    public int Rows { get; }

    public int Numbers { get; }

    public int Categories { get; }

    public float[] Numeric { get; }

    public long[] Categorical { get; }

    public static async Task<TableRows> ReadAsync(params string[] paths)
    {
        List<float> numeric = [];
        List<long> categorical = [];
        int rows = 0;
        foreach (string path in paths)
        {
            await foreach (DataBatch batch in DataSource.Open(path).ReadAsync(["numeric", "categorical"], 4_096).ConfigureAwait(false))
            {
                using (batch)
                {
                    numeric.AddRange(batch.Values["numeric"].AsSpan<float>());
                    categorical.AddRange(batch.Values["categorical"].AsSpan<long>());
                    rows += batch.Rows;
                }
            }
        }

        var table = new TableRows(rows, numeric.Count / rows, categorical.Count / rows);
        numeric.CopyTo(table.Numeric);
        categorical.CopyTo(table.Categorical);
        return table;
    }

    /// <summary>The rows in another order, with repetition if the order repeats.</summary>
    public TableRows Take(IReadOnlyList<int> order)
    {
        var table = new TableRows(order.Count, Numbers, Categories);
        for (int i = 0; i < order.Count; i++)
        {
            Numeric.AsSpan(order[i] * Numbers, Numbers).CopyTo(table.Numeric.AsSpan(i * Numbers));
            Categorical.AsSpan(order[i] * Categories, Categories).CopyTo(table.Categorical.AsSpan(i * Categories));
        }

        return table;
    }

    /// <summary>A copy in which a number of each row is changed.</summary>
    public TableRows With(int column, Func<float, int, float> change)
    {
        TableRows table = Take([.. Enumerable.Range(0, Rows)]);
        for (int i = 0; i < Rows; i++)
        {
            table.Numeric[(i * Numbers) + column] = change(Numeric[(i * Numbers) + column], i);
        }

        return table;
    }

    /// <summary>A copy in which a category of each row is changed.</summary>
    public TableRows WithCategory(int column, Func<long, int, long> change)
    {
        TableRows table = Take([.. Enumerable.Range(0, Rows)]);
        for (int i = 0; i < Rows; i++)
        {
            table.Categorical[(i * Categories) + column] = change(Categorical[(i * Categories) + column], i);
        }

        return table;
    }

    /// <summary>The rows as inputs of a call.</summary>
    public NamedValues Inputs(int first, int count) => new()
    {
        ["numeric"] = TensorValue.Copy<float>(Numeric.AsSpan(first * Numbers, count * Numbers), [count, Numbers]),
        ["categorical"] = TensorValue.Copy<long>(Categorical.AsSpan(first * Categories, count * Categories), [count, Categories]),
    };
}
