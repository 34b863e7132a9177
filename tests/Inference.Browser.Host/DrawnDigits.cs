using System.Drawing;

namespace Inference.Browser.Host;

/// <summary>Digits as a hand draws them in the field of 280 × 280 pixels: strokes of points.</summary>
internal static class DrawnDigits
{
    public static IReadOnlyList<Point[][]> All { get; } =
    [
        [Stroke(150, 50, 105, 70, 85, 125, 90, 185, 125, 230, 165, 225, 195, 180, 195, 115, 180, 70, 150, 50)],
        [Stroke(115, 95, 150, 50, 150, 235)],
        [Stroke(90, 95, 105, 60, 145, 45, 185, 65, 190, 105, 160, 150, 120, 190, 85, 230, 140, 228, 205, 230)],
        [Stroke(90, 65, 130, 45, 180, 60, 185, 105, 135, 130, 185, 150, 195, 195, 150, 235, 90, 215)],
        [Stroke(115, 50, 85, 155, 205, 155), Stroke(170, 60, 165, 235)],
        [Stroke(190, 55, 110, 55, 100, 130, 150, 120, 190, 150, 190, 200, 145, 235, 90, 215)],
        [Stroke(170, 45, 115, 100, 90, 165, 100, 215, 140, 235, 185, 210, 185, 165, 145, 145, 105, 165, 95, 190)],
        [Stroke(85, 60, 200, 60, 160, 135, 130, 235)],
        [Stroke(180, 75, 140, 45, 100, 75, 115, 115, 165, 150, 190, 195, 145, 235, 95, 205, 110, 160, 165, 120, 180, 75)],
        [Stroke(185, 85, 145, 50, 105, 80, 110, 130, 155, 140, 185, 95, 185, 165, 165, 235)],
    ];

    // A hand makes many small moves: each way is cut into five.
    private static Point[] Stroke(params int[] corners)
    {
        var points = new List<Point> { new(corners[0], corners[1]) };
        for (int i = 2; i < corners.Length; i += 2)
        {
            for (int step = 1; step <= 5; step++)
            {
                points.Add(new(corners[i - 2] + ((corners[i] - corners[i - 2]) * step / 5), corners[i - 1] + ((corners[i + 1] - corners[i - 1]) * step / 5)));
            }
        }

        return [.. points];
    }
}
