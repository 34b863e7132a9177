using Inference.Versioning.Manifest;

namespace Inference.Versioning.Loading;

/// <summary>Checks whether golden rows can detect a wrong model: rows that any model reproduces prove nothing.</summary>
internal static class GoldenRules
{
    /// <summary>Checks golden rows before the model runs on them: names that exist in the model, finite tolerances; if golden rows are required, also that every case has inputs and outputs, and that
    /// the tolerances are small compared with the expected elements.</summary>
    /// <param name="golden">The golden rows.</param>
    /// <param name="info">The model.</param>
    /// <param name="options">The bounds of the tolerances, and whether golden rows are required.</param>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="ModelLoadException">The golden rows break a rule.</exception>
    public static void Check(GoldenRows golden, ModelInfo info, VersioningOptions options, string where)
    {
        double relative = golden.RelativeTolerance ?? options.GoldenRelativeTolerance;
        double absolute = golden.AbsoluteTolerance ?? options.GoldenAbsoluteTolerance;
        RequireNumber(relative, "relativeTolerance", where);
        RequireNumber(absolute, "absoluteTolerance", where);
        if (golden.Cases is null)
        {
            throw new ModelLoadException($"{where}: expected 'cases' of the golden rows, got null. Correct the manifest.");
        }

        for (int i = 0; i < golden.Cases.Count; i++)
        {
            CheckCase(golden.Cases[i], info, options.RequireGoldenRows, $"{where}, golden case {i}");
        }

        if (options.RequireGoldenRows)
        {
            RequireAtMost(relative, options.MaxGoldenRelativeTolerance, "relativeTolerance", nameof(options.MaxGoldenRelativeTolerance), where);
            RequireAtMost(absolute, options.MaxGoldenAbsoluteTolerance, "absoluteTolerance", nameof(options.MaxGoldenAbsoluteTolerance), where);
            foreach (IGrouping<string, GoldenTensor> output in golden.Cases.SelectMany(c => c.Outputs).GroupBy(o => o.Key, o => o.Value))
            {
                RequireThatItCanFail([.. output], relative, absolute, $"{where}, golden output '{output.Key}'");
            }
        }
    }

    private static void CheckCase(GoldenCase? row, ModelInfo info, bool isRequired, string where)
    {
        if (row?.Inputs is null || row.Outputs is null || row.Inputs.Values.Concat(row.Outputs.Values).Any(static t => t is null))
        {
            throw new ModelLoadException($"{where}: expected inputs and outputs with tensors, got null. Correct the manifest.");
        }

        RequireKnown(row.Inputs.Keys, info.Inputs, "input", where);
        RequireKnown(row.Outputs.Keys, info.Outputs, "output", where);
        if (isRequired && row.Outputs.Count == 0)
        {
            throw new ModelLoadException($"{where}: expected outputs because RequireGoldenRows is set, got none. Add the expected outputs.");
        }

        if (isRequired && row.Inputs.Count == 0 && info.Inputs.Count > 0)
        {
            throw new ModelLoadException($"{where}: expected inputs because RequireGoldenRows is set, got none. Add the inputs.");
        }
    }

    private static void RequireKnown(IEnumerable<string> names, IReadOnlyList<ModelPort> ports, string what, string where)
    {
        if (names.FirstOrDefault(name => ports.All(p => p.Name != name)) is { } unknown)
        {
            throw new ModelLoadException($"{where}: expected an {what} of the model ({string.Join(", ", ports.Select(p => $"'{p.Name}'"))}), got '{unknown}'. Correct the model or its manifest.");
        }
    }

    private static void RequireNumber(double tolerance, string name, string where)
    {
        if (!(double.IsFinite(tolerance) && tolerance >= 0))
        {
            throw new ModelLoadException($"{where}: expected '{name}' of the golden rows to be a finite number, 0 or more, got {tolerance}. Correct the manifest.");
        }
    }

    private static void RequireAtMost(double tolerance, double limit, string name, string option, string where)
    {
        if (tolerance > limit)
        {
            throw new ModelLoadException($"{where}: expected '{name}' of the golden rows to be at most {limit:R} ({option}), got {tolerance:R}. Lower it, or raise the option if the outputs vary so much.");
        }
    }

    // A constant within the tolerance of every expected element would pass, whatever the model computes. If all expected elements are equal, that constant is correct; then zero must not pass.
    private static void RequireThatItCanFail(IReadOnlyList<GoldenTensor> tensors, double relative, double absolute, string where)
    {
        long elements = 0;
        bool isExact = false;
        (double Least, double Greatest) values = (double.PositiveInfinity, double.NegativeInfinity);
        (double Low, double High) common = (double.NegativeInfinity, double.PositiveInfinity);
        foreach (GoldenTensor golden in tensors)
        {
            using TensorValue tensor = golden.ToTensor(where);
            elements += tensor.ElementCount;
            double[]? numbers = ValueDifference.ToDoubles(tensor);
            isExact |= numbers is null && tensor.ElementCount > 0;
            foreach (double value in numbers ?? [])
            {
                // NaN and infinities match only themselves.
                isExact |= !double.IsFinite(value);
                if (double.IsFinite(value))
                {
                    double tolerance = absolute + (relative * Math.Abs(value));
                    values = (Math.Min(values.Least, value), Math.Max(values.Greatest, value));
                    common = (Math.Max(common.Low, value - tolerance), Math.Min(common.High, value + tolerance));
                }
            }
        }

        if (elements == 0)
        {
            throw new ModelLoadException($"{where}: expected elements because RequireGoldenRows is set, got empty tensors. Add the expected outputs.");
        }

        bool isConstant = values.Least == values.Greatest;
        bool passesAll = isConstant ? values.Least != 0 && common.Low <= 0 && common.High >= 0 : common.Low <= common.High;
        if (!isExact && passesAll)
        {
            string range = isConstant ? $"is {values.Least:R}" : $"lies between {values.Least:R} and {values.Greatest:R}";
            throw new ModelLoadException(
                $"{where}: expected tolerances that a wrong answer exceeds because RequireGoldenRows is set, got tolerances that a constant satisfies: the expected output {range}, and with the tolerances {absolute:R} + {relative:R} · |expected| the constant {(isConstant ? 0 : (common.Low + common.High) / 2):R} passes everywhere. Lower the tolerances, or add cases with different outputs.");
        }
    }
}
