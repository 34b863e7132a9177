using Inference;
using Inference.Data;

namespace Loop;

/// <summary>Rows with known outcomes.</summary>
/// <param name="Features">[rows, 6].</param>
/// <param name="Labels">[rows], 0 or 1.</param>
internal sealed record LabelledRows(float[] Features, float[] Labels)
{
    /// <summary>The number of rows.</summary>
    public int Count => Labels.Length;

    /// <summary>The rows of a bundle that were predicted since a time.</summary>
    /// <param name="path">The bundle's <c>labels.npz</c>.</param>
    /// <param name="since">The time.</param>
    public static async Task<LabelledRows> ReadAsync(string path, DateTimeOffset since)
    {
        long first = (since - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        List<float> features = [], labels = [];
        await foreach (DataBatch batch in DataSource.Open(path).ReadAsync(["features", "label", "predicted_at"], batchRows: 4_096))
        {
            using (batch)
            {
                for (int i = 0; i < batch.Rows; i++)
                {
                    if (batch.Values["predicted_at"].AsSpan<long>()[i] >= first)
                    {
                        features.AddRange(batch.Values["features"].AsSpan<float>().Slice(i * Customers.Features, Customers.Features));
                        labels.Add((float)batch.Values["label"].AsSpan<double>()[i]);
                    }
                }
            }
        }

        return new LabelledRows([.. features], [.. labels]);
    }

    /// <summary>The rows whose place, modulo a number, is or is not one: disjoint parts for training and for the gate.</summary>
    public LabelledRows Part(int every, int place, bool others = false)
    {
        int[] rows = [.. Enumerable.Range(0, Count).Where(i => i % every == place != others)];
        return new LabelledRows([.. rows.SelectMany(i => Features.AsSpan(i * Customers.Features, Customers.Features).ToArray())], [.. rows.Select(i => Labels[i])]);
    }

    /// <summary>The features as a model's inputs.</summary>
    public NamedValues ToInputs() => new() { ["features"] = TensorValue.Copy<float>(Features, [Count, Customers.Features]) };

    /// <summary>The labels as a tensor, [rows].</summary>
    public TensorValue ToLabels() => TensorValue.Copy<long>([.. Labels.Select(static l => (long)l)], [Count]);
}
