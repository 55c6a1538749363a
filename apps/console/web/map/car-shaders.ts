/** Moves each car along its way. Places are Mercator, relative to an anchor. */
export const CAR_VERTEX_SHADER = `#version 300 es
precision highp float;
uniform vec2 u_shift;
uniform vec2 u_scale;
uniform float u_now;
uniform float u_size;
uniform vec3 u_status[4];
layout(location = 0) in vec4 a_way;
layout(location = 1) in vec4 a_turn;
layout(location = 2) in vec3 a_look;
out vec3 v_colour;
out float v_heading;
out float v_size;
out float v_isArrow;
out float v_isSelected;
void main() {
  float share = a_turn.w <= 0.0 ? 1.0 : clamp((u_now - a_turn.z) / a_turn.w, 0.0, 1.0);
  vec2 place = mix(a_way.xy, a_way.zw, share) + u_shift;
  gl_Position = vec4(place * u_scale, 0.0, 1.0);
  v_heading = mix(a_turn.x, a_turn.y, share);
  v_size = u_size * (1.0 + 0.9 * a_look.z);
  v_isArrow = a_look.y;
  v_isSelected = a_look.z;
  v_colour = u_status[int(a_look.x)];
  gl_PointSize = v_size;
}`;

/** An arrow head that points where the car drives, or a dot; with an edge that sets it off from the streets. */
export const CAR_FRAGMENT_SHADER = `#version 300 es
precision highp float;
uniform vec3 u_edge;
uniform vec3 u_selected;
in vec3 v_colour;
in float v_heading;
in float v_size;
in float v_isArrow;
in float v_isSelected;
out vec4 colour;
float arrow(vec2 p) {
  p.x = abs(p.x);
  float side = dot(p - vec2(0.0, -0.92), normalize(vec2(1.7, -0.74)));
  float back = dot(p - vec2(0.0, 0.5), normalize(vec2(-0.28, 0.74)));
  return max(side, back);
}
void main() {
  float pixel = 2.0 / v_size;
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  float away = length(p);
  // A selected car is drawn in a ring, at its usual size.
  vec2 q = p * (1.0 + 0.9 * v_isSelected);
  float c = cos(v_heading);
  float s = sin(v_heading);
  vec2 turned = vec2(c * q.x + s * q.y, c * q.y - s * q.x);
  float shape = v_isArrow > 0.5 ? arrow(turned) : length(q) - 0.6;
  float edge = 1.2 * pixel;
  float body = 1.0 - smoothstep(-pixel, 0.0, shape);
  float inner = 1.0 - smoothstep(-edge - pixel, -edge, shape);
  float ring = v_isSelected * (1.0 - smoothstep(1.5 * pixel, 2.5 * pixel, abs(away - 0.88)));
  colour = vec4(mix(u_edge, v_colour, inner) * body, body);
  colour = mix(colour, vec4(u_selected, 1.0), ring * (1.0 - body));
  if (colour.a < 0.01) discard;
}`;
