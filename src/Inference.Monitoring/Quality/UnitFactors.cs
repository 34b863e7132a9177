using System.Globalization;

namespace Inference.Monitoring.Quality;

/// <summary>Recognizes values that were multiplied by the factor between two units: mean and standard deviation both changed by it.</summary>
internal static class UnitFactors
{
    // How far the ratio of the means may be from a factor besides its own sampling: a fifth of the distance between neighbours of the list such as 2.2 and 2.54.
    private const double Tolerance = 0.03;

    // The ratio of deviations follows single values, and sums do not follow values farther than 1,000 deviations.
    private const double SpreadTolerance = 0.35;

    // Fewer values do not tell factors apart.
    private const int MinRows = 50;

    private static readonly (double Factor, string Name)[] s_factors =
    [
        (10, "powers of ten"), (100, "percent and share"), (1e3, "thousands"), (1e4, "powers of ten"), (1e6, "millions"), (12, "years and months"), (7, "weeks and days"), (24, "days and hours"), (52.18, "years and weeks"), (365.25, "years and days"),
        (60, "minutes and seconds"), (3600, "hours and seconds"), (1440, "days and minutes"), (86400, "days and seconds"), (2.2046, "kilograms and pounds"), (2.54, "inches and centimeters"), (25.4, "inches and millimeters"),
        (3.2808, "meters and feet"), (30.48, "feet and centimeters"), (1.6093, "miles and kilometers"), (28.3495, "ounces and grams"), (3.7854, "gallons and liters"), (4.184, "calories and joules"), (16, "pounds and ounces"),
    ];

    /// <summary>The change of unit that mean and deviation follow; null for none.</summary>
    public static UnitChange? Find(ColumnMoments before, ColumnMoments now)
    {
        if (before.Count < MinRows || now.Count < MinRows || !(before.Deviation > 0) || !(now.Deviation > 0))
        {
            return null;
        }

        double spread = now.Deviation / before.Deviation, ratio = now.Mean / before.Mean, near = Tolerance + (2 * now.Deviation / (Math.Abs(now.Mean) * Math.Sqrt(now.Count)));
        foreach ((double factor, string name) in s_factors)
        {
            foreach (double own in (ReadOnlySpan<double>)[factor, 1 / factor])
            {
                if (IsNear(spread, own, SpreadTolerance) && IsNear(ratio, own, near))
                {
                    return new UnitChange(own, 0, string.Create(CultureInfo.InvariantCulture, $"mean and deviation are {ratio:G4} and {spread:G4} times those of the reference: {name}?"));
                }
            }
        }

        // Fahrenheit and Celsius.
        return IsNear(spread, 1.8, SpreadTolerance / 2) && Math.Abs(now.Mean - ((1.8 * before.Mean) + 32)) < (Tolerance + (2 / Math.Sqrt(now.Count))) * now.Deviation ? new UnitChange(1.8, 32, "as degrees Celsius that became Fahrenheit")
            : IsNear(spread, 1 / 1.8, SpreadTolerance / 2) && Math.Abs(now.Mean - ((before.Mean - 32) / 1.8)) < (Tolerance + (2 / Math.Sqrt(now.Count))) * now.Deviation ? new UnitChange(1 / 1.8, -32 / 1.8, "as degrees Fahrenheit that became Celsius") : null;
    }

    private static bool IsNear(double ratio, double factor, double tolerance) => Math.Abs(Math.Log(ratio / factor)) < tolerance;
}
