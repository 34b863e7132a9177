using System.Runtime.CompilerServices;
using Inference.Cli.Scoring;
using Inference.Data;
using Inference.Monitoring;
using Inference.Rows;

namespace Inference.Cli.Monitoring;

/// <summary>Rows of a file as calls of a monitored model: which columns are inputs, outputs and labels; a model computes its outputs.</summary>
internal sealed class WatchedData
{
    private readonly IDataSource _source;
    private readonly IModelRunner? _model;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly string? _labels;
    private readonly string? _time;

    private WatchedData(IDataSource source, IModelRunner? model, string[] inputs, string[] outputs, string? labels, string? time)
    {
        _time = time;
        _source = source;
        _model = model;
        _inputs = inputs;
        _outputs = outputs;
        _labels = labels;
    }

    /// <summary>The number of rows; null if it is not known.</summary>
    public long? RowCount => _source.RowCount;

    /// <summary>The SHA-256 hash of the file.</summary>
    public string Digest => _source.Digest;

    /// <summary>The columns that are outputs, without those that the model computes.</summary>
    public IReadOnlyList<string> Outputs => _outputs;

    /// <summary>Rows for a model: its inputs are mapped to columns, and its outputs are computed.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="labels">The column of labels; null for none.</param>
    /// <param name="segments">The column of segments, if it is not an input; null for none.</param>
    /// <param name="time">The column of times; null for none.</param>
    /// <exception cref="DataException">The columns do not match the model.</exception>
    public static WatchedData ForModel(string path, IModelRunner model, string? labels, string? segments, string? time)
    {
        bool own = segments is null || model.Info.Inputs.Any(p => IsColumnOf(segments, p.Name));
        MappedDataSource source = MappedDataSource.Open(path, model.Info.Inputs, new MappingOptions { Labels = labels, Slices = [.. own ? Array.Empty<string>() : [segments!], .. time is null ? Array.Empty<string>() : [time]] });
        string[] inputs = [.. model.Info.Inputs.Select(static p => p.Name).Where(source.HasColumn), .. own ? Array.Empty<string>() : [segments!]];
        return new WatchedData(source, model, inputs, [], labels, time);
    }

    /// <summary>Rows without a model: every column but the labels is an input or an output.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="labels">The column of labels; null for none.</param>
    /// <param name="options">What is stated about sides.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="DataException">There is nothing readable, or no column of labels or times.</exception>
    public static async Task<WatchedData> OfColumnsAsync(string path, string? labels, ReferenceProfileOptions options, CancellationToken cancellation)
    {
        IDataSource source = DataSource.Open(path);
        if (labels is not null)
        {
            source.GetColumn(labels);
        }

        string? time = options.TimeColumn.Length > 0 ? source.GetColumn(options.TimeColumn).Name : null;

        string[] columns = [.. source.Columns.Select(static c => c.Name).Where(name => name != labels && name != time && options.Columns.GetValueOrDefault(name) is not { Exclude: true })];
        HashSet<string> outputs = await OutputColumns.FindAsync(source, columns, labels, options, cancellation).ConfigureAwait(false);
        return new WatchedData(source, null, [.. columns.Where(c => !outputs.Contains(c))], [.. columns.Where(outputs.Contains)], labels, time);
    }

    /// <summary>Rows that are compared with a profile: its inputs are mapped to columns by name, and so are those of its outputs that the file has.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="labels">The column of labels; null for none.</param>
    /// <param name="time">The column of times; null for that of the profile, if the file has it.</param>
    /// <exception cref="DataException">An input of the profile is missing.</exception>
    public static WatchedData ForProfile(string path, ReferenceProfile profile, string? labels, string? time)
    {
        ModelPort[] inputs = [.. PortsOf(profile, ColumnSide.Input)];
        IDataSource columns = DataSource.Open(path);
        string[] outputs = [.. PortsOf(profile, ColumnSide.Output).Select(static p => p.Name).Where(columns.HasColumn)];
        time ??= TimeOf(columns, profile);
        MappedDataSource source = MappedDataSource.Create(columns, [.. inputs, .. PortsOf(profile, ColumnSide.Output).Where(p => outputs.Contains(p.Name))], new MappingOptions { Labels = labels, Slices = time is null ? [] : [time] });
        return new WatchedData(source, null, [.. inputs.Select(static p => p.Name)], outputs, labels, time);
    }

    /// <summary>The column of a file that holds times by a profile; null for none.</summary>
    public static string? TimeOf(IDataSource source, ReferenceProfile profile) => profile.TimeColumn.Length > 0 && source.HasColumn(profile.TimeColumn) ? profile.TimeColumn : null;

    /// <summary>Whether the times of rows are known.</summary>
    public bool HasTimes => _time is not null;

    /// <summary>Reads the rows in order.</summary>
    /// <param name="rows">The number of rows that are read at once, 1 or more; a model with a fixed number takes that number.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async IAsyncEnumerable<WatchedRows> ReadAsync(int rows, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        int? fixedRows = _model is null ? null : new ScoreInputs(_model.Info, _source).FixedRows;
        string[] columns = [.. _inputs, .. _outputs, .. _labels is null ? Array.Empty<string>() : [_labels], .. _time is null ? Array.Empty<string>() : [_time]];
        await foreach (DataBatch batch in _source.ReadAsync(columns, fixedRows ?? rows, cancellation).ConfigureAwait(false))
        {
            using (batch)
            {
                NamedValues inputs = Take(batch, _inputs);
                NamedValues? outputs = _model is not null ? await RunAsync(_model, batch, fixedRows, cancellation).ConfigureAwait(false) : _outputs.Length > 0 ? Take(batch, _outputs) : null;
                TensorValue? labels = _labels is null ? null : batch.Values[_labels].Retain();
                DateTimeOffset[]? times = _time is null ? null : RowTimes.Of(_time, batch.Values[_time]);
                yield return new WatchedRows(inputs, outputs, labels, batch.FirstRow, batch.Rows, times);
            }
        }
    }

    private static NamedValues Take(DataBatch batch, string[] names)
    {
        var values = new NamedValues(Math.Max(names.Length, 1));
        foreach (string name in names)
        {
            values.Add(name, batch.Values[name].Retain());
        }

        return values;
    }

    private async Task<NamedValues> RunAsync(IModelRunner model, DataBatch batch, int? fixedRows, CancellationToken cancellation)
    {
        using NamedValues filled = ScoreInputs.Fill(batch, fixedRows ?? batch.Rows);
        using var inputs = new NamedValues(filled.Count);
        foreach (string name in _inputs.Where(name => model.Info.Inputs.Any(p => p.Name == name)))
        {
            inputs.Add(name, filled.GetValue(name).Retain());
        }

        NamedValues outputs = await model.RunAsync(inputs, null, cancellation).ConfigureAwait(false);
        if (fixedRows is not { } padded || padded == batch.Rows)
        {
            return outputs;
        }

        using (outputs)
        {
            var own = new NamedValues(outputs.Count);
            foreach ((string name, ModelValue value) in outputs)
            {
                if (value is TensorValue { Rank: > 0 } tensor && tensor.Shape[0] == padded)
                {
                    own.Add(name, TensorRows.Copy(tensor, 0, batch.Rows));
                }
            }

            return own;
        }
    }

    private static IEnumerable<ModelPort> PortsOf(ReferenceProfile profile, ColumnSide side)
    {
        foreach (IGrouping<string, ReferenceColumn> tensor in profile.Columns.Where(c => c.Side == side && !c.IsJoint).GroupBy(static c => c.Tensor))
        {
            ReferenceColumn first = tensor.First();
            bool vector = first.Derivation == ColumnDerivation.Element && first.Name == tensor.Key;
            Dimension[]? shape = vector ? [Dimension.Named("N")] : first.Derivation == ColumnDerivation.Element ? [Dimension.Named("N"), Dimension.Fixed(first.Width)] : null;
            yield return new ModelPort(tensor.Key, ModelValueType.Tensor(first.ElementType, shape));
        }
    }

    private static bool IsColumnOf(string column, string tensor) => column == tensor || (column.StartsWith(tensor, StringComparison.Ordinal) && column[tensor.Length..] is ['[', .., ']']);
}
