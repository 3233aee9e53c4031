class Sample {
    String bad(@RequestParam String next, HttpServletResponse response) throws Exception {
        response.sendRedirect(next);  // flag
        return "redirect:" + next;  // flag
    }

    String good(HttpServletResponse response) throws Exception {
        response.sendRedirect("/login");
        return "redirect:/login";
    }
}
