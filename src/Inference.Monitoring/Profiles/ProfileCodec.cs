using System.Runtime.InteropServices;
using Inference.Monitoring.Cells;
using Inference.Monitoring.Records;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Profiles;

/// <summary>Profiles as bytes.</summary>
internal static class ProfileCodec
{
    public const int Version = 2;

    private const int Oldest = 1;

    // Wider rows are signals, whose projections would need a table of as many signs.
    private const int MaxWidth = 1 << 24;

    private static ReadOnlySpan<byte> Magic => "InfProfile"u8;

    public static byte[] Write(ReferenceProfile profile)
    {
        var writer = new RecordWriter(Magic, Version);
        ProfileIdentity identity = profile.Identity;
        writer.Text(identity.ModelName);
        writer.Text(identity.ModelVersion);
        writer.Text(identity.ModelDigest);
        writer.Text(identity.Source);
        writer.Number(identity.LabelClasses.Length);
        for (int i = 0; i < identity.LabelClasses.Length; i++)
        {
            writer.Text(identity.LabelClasses[i]);
            writer.Number(identity.LabelCounts[i]);
        }

        writer.Number(profile.WindowLayout.SegmentColumn + 1);
        writer.Number(profile.Columns.Count);
        foreach (ReferenceColumn column in profile.Columns)
        {
            Write(writer, column.Definition);
            Write(writer, column.Facts);
        }

        writer.Bytes(WindowCodec.Write(profile.Reference));
        writer.Number((int)profile.Season);
        if (profile.Seasons is { } seasons)
        {
            writer.Text(seasons.Clock.TimeZone);
            writer.Text(seasons.TimeColumn);
            foreach (MonitoringWindow? window in seasons.Windows)
            {
                writer.Bytes(window is null ? [] : WindowCodec.Write(window));
            }
        }

        return writer.ToArray();
    }

    /// <exception cref="MonitoringException">The bytes are not a profile, are damaged, or have another version.</exception>
    public static ReferenceProfile Read(string what, ReadOnlySpan<byte> data)
    {
        var reader = new RecordReader(what, data, Magic, Version, Oldest);
        var identity = new ProfileIdentity { ModelName = reader.Text(), ModelVersion = reader.Text(), ModelDigest = reader.Text(), Source = reader.Text() };
        var classes = new string[reader.Count()];
        var counts = new long[classes.Length];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = reader.Text();
            counts[i] = reader.Number();
        }

        int segmentColumn = reader.Int() - 1;
        var columns = new ColumnDefinition[reader.Count()];
        var facts = new ColumnFacts[columns.Length];
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = ReadDefinition(ref reader, i > 0 ? columns[i - 1].Tensor : "");
            facts[i] = ReadFacts(ref reader, columns[i].Layout);
        }

        ProfileConsistency.Check(reader, columns);
        if (columns.Length == 0 || segmentColumn >= columns.Length || (segmentColumn >= 0 && (columns[segmentColumn].Layout.Kind != ColumnKind.Categorical || columns[segmentColumn].Derivation != ColumnDerivation.Element)))
        {
            reader.Throw("its columns or segments are not consistent");
        }

        var layout = new WindowLayout(columns, segmentColumn);
        MonitoringWindow reference = WindowCodec.Read($"{what}, reference counts", reader.Bytes(), layout);
        SeasonReferences? seasons = reader.Version == 1 ? null : ReadSeasons(ref reader, what, layout);
        reader.End();
        ProfileConsistency.Check(reader, columns, facts, reference);
        return new ReferenceProfile(identity with { LabelClasses = classes, LabelCounts = counts }, layout, reference, facts, seasons);
    }

    private static SeasonReferences? ReadSeasons(ref RecordReader reader, string what, WindowLayout layout)
    {
        var season = (ProfileSeason)reader.Int((int)ProfileSeason.HourOfWeek);
        if (season == ProfileSeason.None)
        {
            return null;
        }

        var clock = new SeasonClock(season, reader.Text());
        string column = reader.Text();
        var windows = new MonitoringWindow?[clock.Count];
        for (int i = 0; i < windows.Length; i++)
        {
            ReadOnlySpan<byte> bytes = reader.Bytes();
            windows[i] = bytes.IsEmpty ? null : WindowCodec.Read($"{what}, counts of season {clock.NameOf(i)}", bytes, layout);
        }

        return new SeasonReferences(clock, column, windows);
    }

    private static void Write(RecordWriter writer, ColumnDefinition column)
    {
        writer.Text(column.Name);
        writer.Number((int)column.Side);
        writer.Text(column.Tensor);
        writer.Number((int)column.ElementType);
        writer.Number((int)column.Derivation);
        writer.Number(column.Index);
        writer.Number(column.Second);
        writer.Number(column.Width);
        writer.Flag(column.ChannelsLast);
        writer.Number((int)column.Layout.Kind);
        writer.Number(column.Layout.Bins + column.Layout.Categories);
        if (column.Layout.Kind == ColumnKind.Numeric)
        {
            foreach (double edge in column.Edges)
            {
                writer.Double(edge);
            }
        }

        for (int i = 0; i < column.Categories.Length; i++)
        {
            writer.Text(column.Categories[i]);
            writer.Fixed64(column.Keys[i]);
        }

        writer.Number(column.OtherKeys.Length);
        foreach (ulong key in column.OtherKeys)
        {
            writer.Fixed64(key);
        }

        writer.Bytes(column.Groups);
        writer.Flag(column.IsOpen);
        writer.Double(column.Center);
        writer.Double(column.Scale);
        writer.Bytes(MemoryMarshal.AsBytes(column.Features.AsSpan()));
        writer.Number(column.MapKeys.Length);
        foreach (string key in column.MapKeys)
        {
            writer.Text(key);
        }

        writer.Number(column.Terms.Length);
        foreach (JointTerm term in column.Terms)
        {
            writer.Number(term.Column);
            writer.Number(term.Feature);
            writer.Double(term.Weight);
        }
    }

    private static ColumnDefinition ReadDefinition(ref RecordReader reader, string tensorBefore)
    {
        var column = new ColumnDefinition
        {
            Name = reader.Text(),
            Side = (ColumnSide)reader.Int((int)ColumnSide.Output),
            Tensor = reader.Text() is var tensor && tensor == tensorBefore ? tensorBefore : tensor,
            ElementType = (ElementType)reader.Int((int)ElementType.Int2),
            Derivation = (ColumnDerivation)reader.Int((int)ColumnDerivation.Parity),
            Index = reader.Int(),
            Second = reader.Int(),
            Width = reader.Int(),
            ChannelsLast = reader.Flag(),
            Layout = ReadLayout(ref reader),
        };
        int values = column.Layout.Categories;
        double[] edges = column.Layout.Kind switch
        {
            ColumnKind.Numeric => new double[column.Layout.Bins + 1],
            ColumnKind.Score => ColumnLearner.ScoreEdges,
            _ => [],
        };
        for (int i = 0; column.Layout.Kind == ColumnKind.Numeric && i < edges.Length; i++)
        {
            edges[i] = reader.Double();

            // The last bin may hold one value.
            if (!double.IsFinite(edges[i]) || (i > 0 && !(edges[i] > edges[i - 1] || (i == edges.Length - 1 && edges[i] == edges[i - 1]))))
            {
                reader.Throw($"the edges of column '{column.Name}' do not ascend");
            }
        }

        string[] categories = List<string>(values);
        ulong[] keys = List<ulong>(values);
        for (int i = 0; i < values; i++)
        {
            categories[i] = reader.Text();
            keys[i] = reader.Fixed64();
        }

        ulong[] others = List<ulong>(reader.Count(8));
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = reader.Fixed64();
        }

        byte[] groups = [.. reader.Bytes()];
        bool open = reader.Flag();
        double center = reader.Double(), scale = reader.Double();
        if (!double.IsFinite(center) || !(double.IsFinite(scale) && scale > 0)
            || !IsPlace(column) || (groups.Length > 0 && (groups.Length != column.Layout.Count || Array.Exists(groups, static g => g >= PairGroups.Count))))
        {
            reader.Throw($"column '{column.Name}' has numbers out of range");
        }

        column = reader.Version == 1 ? column : ReadJoint(ref reader, column);
        return column with { Edges = edges, Categories = categories, Keys = keys, OtherKeys = others, Groups = groups, IsOpen = open, Center = center, Scale = scale };
    }

    private static ColumnDefinition ReadJoint(ref RecordReader reader, ColumnDefinition column)
    {
        ReadOnlySpan<byte> features = reader.Bytes();
        if (features.Length % (sizeof(float) * column.Layout.Count) != 0 || features.Length > sizeof(float) * JointFeatures.Most * column.Layout.Count)
        {
            reader.Throw($"column '{column.Name}' has {features.Length} bytes of features");
        }

        float[] values = MemoryMarshal.Cast<byte, float>(features).ToArray();
        var keys = new string[reader.Count()];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i] = reader.Text();
        }

        var terms = new JointTerm[reader.Count(3)];
        for (int i = 0; i < terms.Length; i++)
        {
            terms[i] = new JointTerm(reader.Int(), reader.Int(JointFeatures.Most), (float)reader.Double());
        }

        if (!Array.TrueForAll(values, float.IsFinite) || keys.Distinct(StringComparer.Ordinal).Count() != keys.Length)
        {
            reader.Throw($"column '{column.Name}' has numbers out of range");
        }

        return column with { Features = values, MapKeys = keys, Terms = terms };
    }

    // Whatever the bytes say, collection reads only what is there.
    private static bool IsPlace(ColumnDefinition column) => column.Derivation switch
    {
        ColumnDerivation.Element => column.Index < column.Width,
        ColumnDerivation.Projection => column.Index < DerivedReader.Projections && column.Width is > 0 and <= MaxWidth,
        ColumnDerivation.Mean or ColumnDerivation.Deviation or ColumnDerivation.Minimum or ColumnDerivation.Maximum => column.Index < column.Second,
        _ => true,
    };

    private static CellLayout ReadLayout(ref RecordReader reader)
    {
        var kind = (ColumnKind)reader.Int((int)ColumnKind.Categorical);
        int values = reader.Int();
        try
        {
            return kind == ColumnKind.Categorical ? CellLayout.OfCategories(values) : CellLayout.OfBins(kind, values);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            reader.Throw($"a column has a number of cells out of range: {exception.Message}");
            throw;
        }
    }

    private static void Write(RecordWriter writer, ColumnFacts facts)
    {
        writer.Text(facts.Title ?? "");
        writer.Double(facts.Minimum);
        writer.Double(facts.Maximum);
        writer.Number(facts.Distinct);
        writer.Number(facts.Singletons);
        writer.Flag(facts.IsIntegerValued);
        writer.Flag(facts.Positives.Length > 0);
        foreach (long count in facts.Positives)
        {
            writer.Number(count);
        }

        writer.Flag(facts.AbsoluteErrors.Length > 0);
        for (int i = 0; i < facts.AbsoluteErrors.Length; i++)
        {
            writer.Double(facts.AbsoluteErrors[i]);
            writer.Double(facts.SquaredErrors[i]);
        }

        writer.Flag(facts.Rules.Ignore);
        writer.Flag(facts.Rules.AllowInfinite);
        writer.Flag(facts.Rules.AllowUnseen);
        foreach (double? number in (ReadOnlySpan<double?>)[facts.Rules.MinCompleteness, facts.Rules.Minimum, facts.Rules.Maximum, facts.Rules.Tolerance])
        {
            writer.Double(number ?? double.NaN);
        }
    }

    private static ColumnFacts ReadFacts(ref RecordReader reader, CellLayout layout)
    {
        var facts = new ColumnFacts
        {
            Title = reader.Text() is { Length: > 0 } title ? title : null,
            Minimum = reader.Double(),
            Maximum = reader.Double(),
            Distinct = reader.Number(),
            Singletons = reader.Number(),
            IsIntegerValued = reader.Flag(),
        };
        long[] positives = List<long>(reader.Flag() ? layout.Count : 0);
        for (int i = 0; i < positives.Length; i++)
        {
            positives[i] = reader.Number();
        }

        double[] absolute = List<double>(reader.Flag() ? layout.Count : 0);
        double[] squared = List<double>(absolute.Length);
        for (int i = 0; i < absolute.Length; i++)
        {
            absolute[i] = reader.Double();
            squared[i] = reader.Double();
        }

        var rules = new ColumnRules { Ignore = reader.Flag(), AllowInfinite = reader.Flag(), AllowUnseen = reader.Flag() };
        rules = rules with { MinCompleteness = Optional(ref reader), Minimum = Optional(ref reader), Maximum = Optional(ref reader), Tolerance = Optional(ref reader) };
        return facts with { Positives = positives, AbsoluteErrors = absolute, SquaredErrors = squared, Rules = rules };
    }

    // A list that is empty, as most are, takes no memory.
    private static T[] List<T>(int length) => length == 0 ? [] : new T[length];

    private static double? Optional(ref RecordReader reader) => reader.Double() is var number && double.IsNaN(number) ? null : number;
}
